// What is wrong with a page for those who look at it in a window of this width, with a keyboard or with their ears: a list of complaints.
(width) => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const told = (element) => element.outerHTML.slice(0, 120);
  const hold = (right, complaint) => right || wrong.push(complaint);

  hold(document.documentElement.scrollWidth <= width, `it scrolls sideways: ${document.documentElement.scrollWidth} > ${width}`);
  hold(document.documentElement.lang === "en", "it has no language");
  hold(document.title.trim() !== "", "it has no title");
  hold(all("h1").length === 1, `it has ${all("h1").length} headings of level 1`);
  hold(all("main").length === 1, "it has no single main part");
  const skip = document.querySelector("body > a:first-child");
  hold(skip && document.getElementById(skip.hash.slice(1))?.localName === "main", "its first link doesn't lead to the content");

  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.localName[1]);
    hold(own <= level + 1, `a level is left out before ${told(heading)}`);
    hold(heading.textContent.trim() || heading.querySelector("img"), `an empty heading: ${told(heading)}`);
    level = own;
  }
  const ids = all("[id]").map((element) => element.id);
  hold(new Set(ids).size === ids.length, `an id is there twice: ${ids}`);
  for (const image of all("img")) hold(image.hasAttribute("alt"), `a picture without words: ${told(image)}`);
  for (const link of all("a")) {
    hold(link.textContent.trim() || link.querySelector("img")?.alt, `a link without words: ${told(link)}`);
  }
  for (const table of all("table")) {
    hold(table.closest(".text") || (table.caption && table.querySelector("thead th[scope=col]")), `a table without heads: ${told(table)}`);
    hold(table.closest("[role=region][tabindex='0'][aria-label]"), `a table that no key scrolls: ${told(table)}`);
  }
  for (const field of all("input:not([type=hidden]):not([type=submit]), select, textarea")) {
    hold(field.labels.length > 0, `a field without label: ${told(field)}`);
  }

  // Contrast, by the formula of WCAG 2.
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
  };
  for (const element of all("body *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text) continue;
    const [one, other] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    hold(ratio >= 4.5, `hard to read (${ratio.toFixed(1)}): ${told(element)}`);
  }
  return wrong;
}
