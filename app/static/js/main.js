// The one bundle of every page.
import "./htmx.js";
import "./shell.js";
import "./toasts.js";
import "./banners.js";
import "./palette.js";
import "./keys.js";
import "./list.js";
import "./columns.js";
import "./form.js";
import "./picker.js";
import "./links.js";
import "./board.js";
import "./charts.js";
import "./passkey.js";
import "./codes.js";
import "./files.js";
import "./preview.js";
