"""Pages that come to be in a browser only.

A source whose `Declaration.browser` is set has its pages opened in a Chromium that has no way to the network:
whatever a page asks for goes through the downloader like any other request, so that robots.txt, rates, bounds,
public addresses and stand-ins hold for it. `steps` is what a source may do on a page; docs/browser.md says how.
"""
