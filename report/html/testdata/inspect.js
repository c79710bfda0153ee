// Returns what is wrong with the page as it is shown now, one text for each fault.
async function inspect() {
  const faults = [], say = text => JSON.stringify(text.length > 60 ? text.slice(0, 60) + "…" : text);
  for (const picture of document.querySelectorAll("svg")) {
    const frame = picture.getBoundingClientRect(), texts = [...picture.querySelectorAll("text")];
    const boxes = texts.map(text => text.getBoundingClientRect());
    boxes.forEach((a, i) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1) {
        faults.push(say(texts[i].textContent) + " leaves its picture");
      }
      boxes.slice(i + 1).forEach((b, k) => {
        // The boxes of letters have room above and below them.
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 0.3 * Math.min(a.height, b.height, a.width, b.width)) {
          faults.push(say(texts[i].textContent) + " and " + say(texts[i + 1 + k].textContent) + " overlap");
        }
      });
    });
  }
  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    if (element.closest("svg") || element.clientWidth === 0 || style.overflowX === "visible") continue;
    // What scrolls may be longer than it is wide: only code is.
    if (element.scrollWidth > element.clientWidth + 1 && !element.matches(".code, .scroll:has(details), details .scroll")) {
      faults.push(say(element.textContent.trim()) + " is clipped: " + element.scrollWidth + " pixels in " + element.clientWidth);
    }
  }
  const result = await axe.run(document, {resultTypes: ["violations"]});
  for (const violation of result.violations) {
    faults.push("axe: " + violation.id + ": " + violation.help + ": " + violation.nodes.map(node => node.html.slice(0, 120)).slice(0, 3).join(" | "));
  }
  return faults;
}
