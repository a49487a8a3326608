// Lets the search of these pages run where they are opened from a folder: browsers start no worker there.
// In its place a hidden frame runs the same script. Served over HTTP, nothing here takes effect.
"use strict"
;(() => {
  if (location.protocol !== "file:") return

  class FrameWorker extends EventTarget {
    constructor(address) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      document.body.append(this.frame)
      const inside = this.frame.contentWindow
      inside.postMessage = data => deliver(this, data)
      inside.importScripts = (...more) =>
        more.reduce((before, one) => before.then(() => load(inside, one)), Promise.resolve())
      this.ready = load(inside, new URL(address, document.baseURI).href)
    }

    postMessage(data) {
      this.ready.then(() => deliver(this.frame.contentWindow, data))
    }

    terminate() {
      this.frame.remove()
    }
  }

  // as a task of its own, as a worker's messages come
  function deliver(to, data) {
    setTimeout(() => to.dispatchEvent(new MessageEvent("message", { data })))
  }

  function load(inside, address) {
    return new Promise((done, failed) => {
      const script = inside.document.createElement("script")
      script.src = address
      script.onload = done
      script.onerror = () => failed(new Error(`${address} could not be read`))
      inside.document.body.append(script)
    })
  }

  window.IFrameWorker = window.Worker = FrameWorker // the search looks for the first name
})()
