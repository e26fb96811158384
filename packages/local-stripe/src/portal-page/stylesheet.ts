/** The stylesheet of all pages. Colours have a contrast of at least 4.5:1 in both colour schemes. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1a1f36; --muted: #545b6f; --line: #e0e4ec; --card: #ffffff; --soft: #f5f7fa;
  --brand: #17233f; --brand-text: #ffffff; --brand-muted: #c3cce2;
  --accent: #4a3fd1; --accent-text: #ffffff; --danger: #b3093c; --danger-text: #ffffff;
  --good: #0b5a3c; --good-bg: #d9f5e6; --warn: #7a3e00; --warn-bg: #fdeecf; --bad: #8f0a31; --bad-bg: #fde4ea;
  --focus: #2f6bff; --shadow: 0 1px 2px rgb(20 30 60 / 8%), 0 3px 10px rgb(20 30 60 / 5%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10131c; --text: #eef1f8; --muted: #a9b2c7; --line: #2c3345; --card: #181d2a; --soft: #1e2433;
    --brand: #0b0e16; --brand-text: #ffffff; --brand-muted: #b3bdd4;
    --accent: #9c94ff; --accent-text: #12102b; --danger: #ff8fa8; --danger-text: #2b0410;
    --good: #8ce8bd; --good-bg: #10382a; --warn: #ffce7a; --warn-bg: #3d2a0b; --bad: #ffadc0; --bad-bg: #43131f;
    --focus: #8fb4ff; --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text); min-height: 100vh; display: flex; flex-direction: column;
  font: 400 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1, h2, h3, p, ul, dl, dd, fieldset, table { margin: 0; padding: 0; }
h1 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.015em; text-wrap: balance; }
h2 { font-size: .8125rem; letter-spacing: .06em; text-transform: uppercase; color: var(--muted); font-weight: 650; }
h3 { font-size: 1.25rem; line-height: 1.3; letter-spacing: -0.01em; }
h1, h3, p, dd, td { overflow-wrap: anywhere; }
ul { list-style: none; }
a { color: var(--accent); text-underline-offset: .18em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
.skip { position: absolute; left: -999px; background: var(--page); padding: .5rem 1rem; z-index: 2; }
.skip:focus { left: .5rem; top: .5rem; }
.stand-in { background: var(--warn-bg); color: var(--warn); padding: .5rem 1.25rem; font-size: .875rem; text-align: center; }

.portal { flex: 1; display: grid; grid-template-columns: minmax(17rem, 2fr) 5fr; }
.brand {
  background: var(--brand); color: var(--brand-text); padding: 3.5rem 2.25rem 2rem; display: flex;
  flex-direction: column; justify-content: space-between; gap: 2.5rem;
}
.brand-body { display: grid; gap: 1.25rem; position: sticky; top: 3.5rem; max-width: 21rem; margin-left: auto; width: 100%; }
.business { display: flex; align-items: center; gap: .625rem; font-weight: 600; }
.mark {
  width: 2rem; height: 2rem; border-radius: .5rem; display: grid; place-items: center; font-weight: 700;
  background: linear-gradient(135deg, #8f7bff, #3fd0c9); color: #10142b; text-transform: uppercase;
}
.headline { font-size: 1.5rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
.brand a { color: var(--brand-text); }
.return { display: inline-block; padding: .25rem 0; }
.small-print { color: var(--brand-muted); font-size: .8125rem; max-width: 21rem; margin-left: auto; width: 100%; display: grid; gap: .5rem; }
.links { display: flex; gap: 1.25rem; }
.links a { color: var(--brand-muted); }

main { padding: 3.5rem 2.25rem 4rem; max-width: 50rem; width: 100%; display: grid; gap: 2.25rem; align-content: start; }
main > section { display: grid; gap: 1rem; }
section > h2 { padding-bottom: .625rem; border-bottom: 1px solid var(--line); }
.cards { display: grid; gap: .75rem; }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem 1.375rem;
  box-shadow: var(--shadow); display: grid; gap: .875rem;
}
.row { display: flex; justify-content: space-between; align-items: flex-start; gap: 1rem 1.5rem; flex-wrap: wrap; }
.stack { display: grid; gap: .25rem; }
.price { font-size: 1.5rem; font-weight: 650; letter-spacing: -0.02em; }
.price small { font-size: .9375rem; font-weight: 400; color: var(--muted); letter-spacing: 0; }
.muted { color: var(--muted); }
.small { font-size: .875rem; }
.badge { display: inline-block; border-radius: 1rem; padding: .0625rem .625rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; background: var(--soft); color: var(--muted); vertical-align: .15em; }
.badge.good { background: var(--good-bg); color: var(--good); }
.badge.warn { background: var(--warn-bg); color: var(--warn); }
.badge.bad { background: var(--bad-bg); color: var(--bad); }
.notice { border-radius: .625rem; padding: .75rem 1rem; background: var(--good-bg); color: var(--good); font-weight: 500; }
.notice.problem { background: var(--bad-bg); color: var(--bad); }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.actions form { display: contents; }

button, .button {
  font: inherit; font-weight: 600; font-size: .9375rem; border-radius: .5rem; padding: .5rem .9375rem; cursor: pointer;
  border: 1px solid var(--line); background: var(--card); color: var(--text); text-decoration: none; display: inline-block;
  min-height: 2.625rem; line-height: 1.5; text-align: center;
}
button:hover, .button:hover { background: var(--soft); }
button.primary, .button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-text); }
button.danger { background: var(--danger); border-color: var(--danger); color: var(--danger-text); }
button.primary:hover, .button.primary:hover, button.danger:hover { filter: brightness(1.08); }
button.link { background: none; border: none; color: var(--accent); padding: .25rem .5rem; min-height: 1.75rem; text-decoration: underline; text-underline-offset: .18em; font-weight: 500; }
.buttons { display: flex; gap: .625rem; flex-wrap: wrap; }

form.entry { display: grid; gap: 1.25rem; }
fieldset { border: 0; display: grid; gap: .625rem; min-width: 0; }
legend { padding: 0; font-weight: 600; margin-bottom: .5rem; }
label { font-weight: 600; font-size: .9375rem; display: grid; gap: .3125rem; }
label .hint { font-weight: 400; color: var(--muted); font-size: .875rem; }
input[type=text], input[type=email], input[type=tel], input[type=number], select, textarea {
  font: inherit; font-weight: 400; color: inherit; background: var(--card); border: 1px solid #838ba0; border-radius: .5rem; padding: .5rem .75rem;
  width: 100%; min-height: 2.75rem;
}
input[type=number] { max-width: 8rem; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
.choice {
  display: flex; gap: .75rem; align-items: flex-start; border: 1px solid var(--line); border-radius: .625rem; padding: .75rem 1rem;
  font-weight: 500; cursor: pointer; background: var(--card);
}
.choice:hover { background: var(--soft); }
.choice:has(input:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.choice input { margin: .3rem 0 0; accent-color: var(--accent); width: 1rem; height: 1rem; flex: none; }
.choice > span { flex: 1; display: grid; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1.75rem; }
.facts dt { color: var(--muted); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; font-size: .8125rem; color: var(--muted); padding: .375rem .75rem .375rem 0; }
td { padding: .625rem .75rem .625rem 0; border-top: 1px solid var(--line); }
td.amount, th.amount { text-align: right; }
td.amount, td:first-child:not(:only-child) time { white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
tfoot td { font-weight: 650; }
.scroll { overflow-x: auto; }
.crumbs { font-size: .9375rem; }
.chip { display: inline-grid; place-items: center; width: 2.75rem; height: 1.75rem; border-radius: .3125rem; border: 1px solid var(--line); background: var(--soft); font-size: .5625rem; font-weight: 800; letter-spacing: .04em; text-transform: uppercase; flex: none; }
.method { display: flex; gap: .875rem; align-items: center; }

main.message { margin: 4rem auto; padding: 2rem 1.5rem; max-width: 34rem; gap: 1.25rem; }
.sheet { max-width: 46rem; margin: 2.5rem auto; padding: 2.5rem; gap: 2rem; }
@media (max-width: 52rem) {
  .portal { grid-template-columns: 1fr; align-content: start; }
  .brand { padding: 1.5rem 1.25rem; gap: 1rem; }
  .brand-body, .small-print { position: static; margin: 0; max-width: none; gap: .75rem; }
  .headline { font-size: 1.1875rem; }
  .small-print { display: flex; justify-content: space-between; flex-wrap: wrap; }
  main { padding: 1.75rem 1.25rem 3rem; }
  .sheet { margin: 0; padding: 1.75rem 1.25rem; }
}
@media (max-width: 30rem) {
  .pair { grid-template-columns: 1fr; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd + dt { margin-top: .75rem; }
  .optional { display: none; }
  th, td { padding-right: .5rem; }
  td, td .small { font-size: .875rem; }
  .buttons > *, .actions > .button, .actions button:not(.link) { flex: 1 1 auto; }
}
@media print {
  .stand-in, .no-print { display: none; }
}
`;
