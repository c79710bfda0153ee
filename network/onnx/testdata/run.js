// Runs ONNX models: node run.js, which reads a line {"model": PATH, "feeds": {"name": {"type", "dims", "data"}}} for each run and
// answers with a line {"results": …} of the same form as the feeds, or {"error": TEXT}.  Numbers that JSON does not have are given and
// returned as strings.
const ort = require('onnxruntime-node');

async function run({ model, feeds }) {
  const inputs = {};
  for (const [name, t] of Object.entries(feeds)) {
    const numbers = t.type === 'float32' ? Float32Array : Float64Array;
    const data = t.type === 'string' ? t.data : numbers.from(t.data, Number);
    inputs[name] = new ort.Tensor(t.type, data, t.dims);
  }
  const session = await ort.InferenceSession.create(model);
  const results = {};
  for (const [name, t] of Object.entries(await session.run(inputs))) {
    results[name] = { type: t.type, dims: t.dims, data: Array.from(t.data, String) };
  }
  return { results };
}

async function main() {
  for await (const line of require('readline').createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await run(JSON.parse(line)).catch((e) => ({ error: String(e) }))));
  }
}

main();
