// Goes on where a page leads on by itself. Without script the page's button does the same.
const form = document.forms[0];
const next = document.getElementById("next");
if (form) {
  form.submit(); // the answer to an app (OAuth 2.0 Form Post Response Mode §2)
} else if (next) {
  // Once the apps' frames are loaded (OpenID Connect Front-Channel Logout §3), or one never will be.
  const go = () => location.replace(next.href);
  addEventListener("load", go);
  setTimeout(go, 3000);
}
