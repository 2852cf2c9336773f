// Passkeys: a form with data-passkey asks the browser for a key before it is sent.
// "create" makes one, "get" shows one (options in data-options, or fetched from data-options-url).
import { toast } from "./toasts.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (keys = []) => keys.map((key) => ({ ...key, id: bytes(key.id) }));

const toMake = ({ publicKey: key }) => ({
  ...key,
  challenge: bytes(key.challenge),
  user: { ...key.user, id: bytes(key.user.id) },
  excludeCredentials: listed(key.excludeCredentials),
});
const toShow = ({ publicKey: key }) => ({
  ...key,
  challenge: bytes(key.challenge),
  allowCredentials: listed(key.allowCredentials),
});

const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

function answerOf(key) {
  const response = {};
  for (const part of PARTS) if (key.response[part]) response[part] = text(key.response[part]);
  return {
    id: key.id,
    rawId: text(key.rawId),
    type: key.type,
    authenticatorAttachment: key.authenticatorAttachment,
    clientExtensionResults: key.getClientExtensionResults(),
    response,
  };
}

async function optionsOf(form) {
  if (!form.dataset.optionsUrl) return JSON.parse(form.dataset.options);
  const headers = { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" };
  const response = await fetch(form.dataset.optionsUrl, { headers });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()).request_options;
}

async function ask(form) {
  const options = await optionsOf(form);
  const makes = form.dataset.passkey === "create";
  const key = makes
    ? await navigator.credentials.create({ publicKey: toMake(options) })
    : await navigator.credentials.get({ publicKey: toShow(options) });
  form.elements.credential.value = JSON.stringify(answerOf(key));
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    form.hidden = true;
    continue;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    ask(form)
      .catch(() => toast(form.dataset.refused, "error"))
      .finally(() => (button.disabled = false));
  });
}
