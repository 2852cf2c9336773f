// A file on its way: announced to us, sent straight to the store, confirmed to us.
const AT_ONCE = 3;
const TRIES = 3;

const headers = () => ({ "Content-Type": "application/json", ...JSON.parse(document.body.getAttribute("hx-headers") || "{}") });

// Our own answers are JSON; a refusal carries its sentence.
export const say = async (address, data, signal) => {
  const answer = await fetch(address, { method: "POST", headers: headers(), body: JSON.stringify(data), signal });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(said.error || "");
  return said;
};

export class Refusal extends Error {}

// fetch tells nothing of how far an upload is; this old way does.
const send = (method, address, body, { signal, progress }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    request.open(method, address);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => (request.status < 300 ? resolve(request) : reject(new Error(`${request.status}`)));
    request.onerror = () => reject(new Error("offline"));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop);
    request.send(body);
  });

const sendForm = (file, upload, { signal, progress }) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(upload.fields)) form.append(name, value);
  form.append("file", file);
  return send("POST", upload.url, form, { signal, progress });
};

const sendPart = async (part, { file, upload, address, signal, progress }) => {
  const start = (part - 1) * upload.part_size;
  const piece = file.slice(start, start + upload.part_size);
  for (let tried = 1; ; tried += 1) {
    try {
      const { urls } = await say(`${address}parts/`, { upload: upload.id, numbers: [part] }, signal);
      const answer = await send("PUT", urls[part], piece, { signal, progress });
      return { number: part, etag: answer.getResponseHeader("ETag") };
    } catch (error) {
      progress(0);
      if (tried === TRIES || error instanceof Refusal || signal.aborted) throw error;
    }
  }
};

const sendParts = async (file, upload, { address, signal, progress }) => {
  const sent = new Array(upload.parts).fill(0);
  const done = [];
  let next = 1;
  const work = async () => {
    while (next <= upload.parts) {
      const part = next++;
      const told = (loaded) => {
        sent[part - 1] = loaded;
        progress(sent.reduce((a, b) => a + b, 0));
      };
      done.push(await sendPart(part, { file, upload, address, signal, progress: told }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return done;
};

// One file, from the announcement to the confirmation; gives up what it began when it is stopped.
export const deliver = async (file, where, { signal, progress }) => {
  const facts = { name: file.name, size: file.size, content_type: file.type };
  const { file: number, upload } = await say(where, facts, signal);
  const address = `/files/${number}/`;
  try {
    const how = { address, signal, progress };
    const parts = upload.parts ? await sendParts(file, upload, how) : await sendForm(file, upload, how).then(() => null);
    return await say(`${address}confirm/`, { upload: upload.id, parts }, signal);
  } catch (error) {
    say(`${address}cancel/`, { upload: upload.id }).catch(() => {});
    throw error;
  }
};
