// Bundles scripts and styles with esbuild, and puts a brotli and a gzip copy beside each: `node bundle.mjs <kiosk> <out> <cuts.css>`.
// Prints what came of the entries as JSON: {main, pairing, wall, wall_style, style, far_fonts, fonts, needed, files}.

import { promises as files } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [kiosk, out, cuts] = process.argv.slice(2);
const packages = path.join(kiosk, "node_modules");
const { build } = createRequire(path.join(kiosk, "package.json"))("esbuild");
const SHEETS = ["base", "parts", "board", "seats", "pay", "booking", "keyboard", "devices", "modes"]; // as in templates/kiosk/page.html
const FAR = "/vendor/@fontsource-variable/noto-sans-jp/wght.css"; // 124 faces, 30 kB: comes when a letter of them is met (fonts.js)

const sheet = [
  "../core/static/tokens.css", "../core/static/fonts.css", cuts, ...SHEETS.map((name) => `./static/css/${name}.css`),
].map((name) => `@import "${name}";`).join("\n");
const wall = ["../core/static/tokens.css", "../core/static/fonts.css", "./static/css/wall.css"].map((name) => `@import "${name}";`).join("\n");
const entries = { kiosk: sheet, far: `@import "${FAR}";`, wallstyle: wall };

const version = async (name) => JSON.parse(await files.readFile(path.join(packages, name, "package.json"), "utf8")).version;

// Packages are asked for by their address in the office. Their scripts and styles come into the bundle; their fonts stay where they are.
const office = {
  name: "office",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^entry:/ }, ({ path: name }) => ({ path: name.slice(6), namespace: "entry" }));
    onLoad({ filter: /.*/, namespace: "entry" }, ({ path: name }) => ({ contents: entries[name], loader: "css", resolveDir: kiosk }));
    onResolve({ filter: /^\/vendor\// }, ({ path: address, importer }) => {
      if (address === FAR && importer.endsWith("fonts.css")) return { path: "nothing", namespace: "empty" };
      return { path: path.join(packages, address.slice("/vendor/".length)) };
    });
    onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "", loader: "css" }));
    // Signs that no font has (an arrow, a tick) made browsers load these in vain; letters of theirs come from Inter.
    onLoad({ filter: /noto-sans-[a-z]+\/wght\.css$/ }, async ({ path: file }) => {
      const faces = (await files.readFile(file, "utf8")).split(/(?=@font-face)/);
      return { contents: faces.filter((face) => !/-(math|symbols|latin|latin-ext)-wght-normal\.woff2/.test(face)).join(""), loader: "css" };
    });
    onResolve({ filter: /^\.\/files\/.*\.woff2$/ }, async ({ path: name, resolveDir }) => {
      const folder = path.relative(packages, resolveDir);
      return { path: `/vendor/${folder}/${name.slice(2)}?v=${await version(folder)}`, external: true };
    });
  },
};

const made = await build({
  absWorkingDir: kiosk, outdir: out, metafile: true, plugins: [office], logLevel: "warning",
  entryPoints: { main: "./static/js/main.js", pairing: "./static/js/pairing.js", wall: "./static/js/wall.js", wallstyle: "entry:wallstyle", kiosk: "entry:kiosk", far: "entry:far" },
  bundle: true, splitting: true, format: "esm", minify: true, sourcemap: "linked", charset: "utf8", target: ["es2022", "chrome111"],
  entryNames: "[name]-[hash]", chunkNames: "part-[hash]", assetNames: "[name]-[hash]", publicPath: "/kiosk/static/build",
  loader: { ".woff2": "file" },
});

const outputs = Object.entries(made.metafile.outputs).map(([file, about]) => ({ name: path.basename(file), ...about }));
const named = (beginning, end) => outputs.find(({ name }) => name.startsWith(`${beginning}-`) && name.endsWith(end)).name;
const main = named("main", ".js");

// What the first script imports at once, however deep: the page asks for all of it in the same moment.
function needed(name, found = new Set()) {
  const { imports } = outputs.find((output) => output.name === name);
  for (const { path: file, kind } of imports) {
    const next = path.basename(file);
    if (kind !== "import-statement" || found.has(next)) continue;
    found.add(next);
    needed(next, found);
  }
  return [...found];
}

async function compress(name) {
  const content = await files.readFile(path.join(out, name));
  const hint = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await files.writeFile(path.join(out, `${name}.br`), brotliCompressSync(content, { params: hint }));
  await files.writeFile(path.join(out, `${name}.gz`), gzipSync(content, { level: 9 }));
}

await Promise.all(outputs.filter(({ name }) => !name.endsWith(".woff2")).map(({ name }) => compress(name)));
console.log(JSON.stringify({
  main, needed: needed(main), pairing: named("pairing", ".js"), wall: named("wall", ".js"), wall_style: named("wallstyle", ".css"), style: named("kiosk", ".css"), far_fonts: named("far", ".css"),
  fonts: [outputs.find(({ name }) => /^inter-[A-Z0-9]+\.woff2$/.test(name)).name],
  files: outputs.map(({ name }) => name),
}));
