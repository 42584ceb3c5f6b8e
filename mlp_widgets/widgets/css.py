"""The style sheet of all labs. Sizes are fixed, so that nothing moves when a number changes."""

CSS = """
.mlp-lab { overflow: visible; }
.mlp-lab .widget-html, .mlp-lab .widget-html-content, .mlp-lab .jupyter-widgets { margin: 0; }
.mlp-lab .widget-html-content { line-height: 1.3; }
.mlp-lab .mlp-flow { display: flow-root; max-width: 828px; overflow: visible; }
.mlp-left { float: left; clear: left; width: 328px; margin: 0 8px 8px 0 !important; }
.mlp-right { float: right; width: 490px; margin-bottom: 8px !important; }
@media (max-width: 1000px) {
  .mlp-right { float: left; clear: left; }
  .mlp-whole, .mlp-whole img { width: 100% !important; max-width: 828px; min-width: 0 !important;
    height: auto !important; }
  .mlp-whole .mlp-line { flex-wrap: wrap; }
}
.mlp-column { gap: 4px; overflow: visible; }
.mlp-line { gap: 6px; overflow: visible; align-items: center; flex: 0 0 auto; }
.mlp-lab .jupyter-button { line-height: 28px; padding: 0 9px; flex: 0 0 auto; }
.mlp-lab .jupyter-button:focus-visible, .mlp-lab .noUi-handle:focus-visible
  { outline: 2px solid #0072B2; outline-offset: 1px; }
.mlp-heading { font-weight: 600; font-size: 13px; height: 22px; line-height: 24px;
  white-space: nowrap; }
.mlp-heading small { font-weight: 400; font-size: 11.5px; }
.mlp-gradients { margin-left: 4px !important; }
.mlp-row { height: 32px; align-items: center; overflow: visible; }
.mlp-row .widget-text, .mlp-row .widget-slider { height: 28px; }
.mlp-row .widget-label { font-size: 15px; text-align: right; }
.mlp-row input::-webkit-inner-spin-button { display: none; }
.mlp-row input[type="number"] { -moz-appearance: textfield; appearance: textfield;
  padding: 0 0 0 5px; font-variant-numeric: tabular-nums; }
.mlp-gradients .mlp-heading { color: #5a2b7e; }
.mlp-gradient-row { height: 32px; width: 122px; box-sizing: border-box; padding-top: 4px; }
.mlp-gradient-text { display: flex; justify-content: space-between; font-size: 12px;
  line-height: 16px; color: #5a2b7e; white-space: nowrap; font-variant-numeric: tabular-nums; }
.jp-mod-dark .mlp-gradients .mlp-heading, body[data-jp-theme-light="false"] .mlp-gradients *
  { color: #d9b8f5; }
.mlp-gradient-bar { position: relative; height: 6px; background: rgba(128, 128, 128, 0.18); }
.mlp-gradient-bar i { position: absolute; top: 0; height: 6px; background: #8e4fc0; }
.mlp-gradient-bar b { position: absolute; left: 50%; top: -2px; width: 1px; height: 10px;
  background: currentColor; }
.mlp-board { border-top: 2px solid rgba(128, 128, 128, 0.5);
  border-bottom: 1px solid rgba(128, 128, 128, 0.5); padding: 2px 0; }
.mlp-board table { border-collapse: collapse; width: 100%; font-size: 13px; margin: 0; }
.mlp-board td { padding: 0 4px; height: 19px; text-align: left; white-space: nowrap; }
.mlp-board td + td { text-align: right; font-variant-numeric: tabular-nums; }
.mlp-board .mlp-now td { font-size: 20px; font-weight: 700; height: 28px; }
.mlp-whole { width: 828px; margin-bottom: 8px !important; clear: both; float: left; }
.mlp-operation-box { min-height: 82px; font-size: 14px; line-height: 20px; }
.mlp-operation-box small { font-size: 12px; }
.mlp-blocked { min-height: 92px; font-size: 13px; line-height: 18px; max-width: 326px; }
.mlp-product { min-height: 132px; font-size: 14px; line-height: 21px; max-width: 490px; }
.mlp-product small { font-size: 12px; }
.mlp-zero { font-weight: 700; text-decoration: underline; }
.mlp-status { min-height: 54px; max-width: 826px; font-size: 13px; line-height: 18px;
  overflow-wrap: anywhere; }
.mlp-error { min-height: 36px; max-width: 826px; font-size: 13px; line-height: 18px;
  font-weight: 600; color: #a51d1d; overflow-wrap: anywhere; }
body[data-jp-theme-light="false"] .mlp-error { color: #ff9c9c; }
.mlp-share-box { max-width: 828px; overflow: visible; }
.mlp-share-rows { gap: 4px; padding-top: 4px; overflow: visible; }
.mlp-share-rows .mlp-line { flex-wrap: wrap; }
.mlp-share-rows .widget-text { max-width: 100%; }
.mlp-share-rows input { font-family: monospace; font-size: 12px; }
.mlp-share-hint { max-width: 826px; font-size: 12px; line-height: 17px; }
.mlp-poll { max-width: 828px; overflow: visible; padding-left: 10px; gap: 2px;
  border-left: 3px solid rgba(128, 128, 128, 0.5); }
.mlp-poll .widget-html, .mlp-poll .jupyter-widgets { margin: 0; flex-shrink: 0; }
.mlp-poll .widget-html-content { line-height: 1.3; }
.mlp-poll .mlp-line .widget-html { flex: 1 1 0; min-width: 0; }
.mlp-poll .jupyter-button { line-height: 28px; padding: 0 9px; }
.mlp-poll .jupyter-button:focus-visible { outline: 2px solid #0072B2; outline-offset: 1px; }
.mlp-poll .widget-radio, .mlp-poll .widget-radio-box { overflow: visible; }
.mlp-poll.mlp-presenting { max-width: none; }
.mlp-poll-title { font-size: 12px; font-weight: 600; }
.mlp-poll-question { font-size: 14px; line-height: 20px; overflow-wrap: anywhere; }
.mlp-poll .mlp-error { min-height: 0; max-height: 30px; line-height: 15px; overflow-y: auto; }
.mlp-poll-explanation { height: 72px; overflow-y: auto; font-size: 13px; line-height: 18px;
  overflow-wrap: anywhere; }
.mlp-canvas { position: relative; overflow: visible; }
.mlp-words { position: absolute; width: 1px; height: 1px; overflow: hidden;
  clip-path: inset(50%); white-space: normal; }
.mlp-present-row { padding-bottom: 4px; }
body[data-jp-theme-light="false"] .mlp-lab img { outline: 1px solid #8a8a8a; }
.mlp-presenting > * { --mlp-zoom: 2.07; zoom: var(--mlp-zoom); }
@media (max-width: 1899px) { .mlp-presenting > * { --mlp-zoom: 1.65; } }
@media (max-width: 1599px) { .mlp-presenting > * { --mlp-zoom: 1.3; } }
@media (max-width: 1279px) { .mlp-presenting > * { --mlp-zoom: 1; } }
.mlp-presenting:not(.mlp-all-controls) .mlp-fold { display: none !important; }
.mlp-presenting .mlp-presets { flex-wrap: wrap; gap: 4px; }
.mlp-presenting .mlp-presets .jupyter-button { height: 38px !important; line-height: 36px;
  font-size: 15px; }
.mlp-presenting small, .mlp-presenting .mlp-heading small { font-size: 12px; }
"""
