// Recovery codes: into the clipboard, or into a file.
import { toast } from "./toasts.js";

const codes = document.getElementById("recovery-codes");
if (codes) {
  const words = () => [...codes.querySelectorAll("code")].map((code) => code.textContent.trim()).join("\n") + "\n";
  const copy = document.querySelector("[data-copy-codes]");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words());
    toast(copy.dataset.done, "good");
  });
  document.querySelector("[data-save-codes]").addEventListener("click", (event) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([words()], { type: "text/plain" }));
    link.download = event.currentTarget.dataset.saveCodes;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
