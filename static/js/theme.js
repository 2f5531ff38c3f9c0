/* Sets the colours before the first paint. <html data-theme> is the signed-in user's choice: light, dark or auto.
   Auto follows what this browser chose last, else the device. Loaded in the head without defer for that reason. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.dataset.js = "on"; // what needs the script is shown only with it
  var device = window.matchMedia("(prefers-color-scheme: dark)");

  function kept() {
    try {
      return window.localStorage.getItem("kithline-theme");
    } catch (refused) {
      return null; // a browser may refuse storage; the device's choice is good enough then
    }
  }

  function apply() {
    var choice = root.dataset.theme;
    if (choice !== "light" && choice !== "dark") choice = kept();
    if (choice !== "light" && choice !== "dark") choice = device.matches ? "dark" : "light";
    root.dataset.bsTheme = choice;
  }

  apply();
  device.addEventListener("change", apply);
})();
