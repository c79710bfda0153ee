// Runs an ONNX model: node run.js MODEL < feeds.json > outputs.json
// feeds.json is {"name": {"type", "dims", "data"}}.  Numbers that JSON does not
// have are given and returned as strings.
const ort = require('onnxruntime-node');

async function main() {
  const feeds = {};
  for (const [name, t] of Object.entries(JSON.parse(require('fs').readFileSync(0)))) {
    const numbers = t.type === 'float32' ? Float32Array : Float64Array;
    const data = t.type === 'string' ? t.data : numbers.from(t.data, Number);
    feeds[name] = new ort.Tensor(t.type, data, t.dims);
  }
  const session = await ort.InferenceSession.create(process.argv[2]);
  const results = await session.run(feeds);
  const out = {};
  for (const [name, t] of Object.entries(results)) {
    out[name] = { type: t.type, dims: t.dims, data: Array.from(t.data, String) };
  }
  console.log(JSON.stringify(out));
}

main().catch((e) => {
  console.error(String(e));
  process.exit(1);
});
