"""Scrapy's settings: polite, bounded, and with what Scrapy 2.19 leaves open closed."""

from __future__ import annotations

from typing import Any

from crawlers.declaration import Declaration
from crawlers.middlewares.private import OWN_MACHINE

#: The agent names itself and, with VALUENET_CONTACT, whom to write to; the live web is not visited without one.
AGENT = "valuenet"

BASE: dict[str, Any] = {
    "BOT_NAME": AGENT,
    "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    # politeness
    "ROBOTSTXT_OBEY": True,
    "ROBOTSTXT_USER_AGENT": AGENT,
    "AUTOTHROTTLE_ENABLED": True,
    "AUTOTHROTTLE_TARGET_CONCURRENCY": 1.0,
    "RETRY_TIMES": 3,
    "RETRY_HTTP_CODES": [429, 500, 502, 503, 504, 522, 524],
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "crawlers.middlewares.robots.SharedRobotsTxtMiddleware": 100,
        "crawlers.middlewares.conditional.ConditionalMiddleware": 120,
        # after redirects, next to the download: whatever led to the request
        "crawlers.middlewares.private.PublicHostsMiddleware": 900,
        "crawlers.middlewares.refusing.RefusingMiddleware": 910,
        "crawlers.middlewares.bulk.BulkMiddleware": 960,
        "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
        "crawlers.middlewares.waiting.PatientRetryMiddleware": 550,
        "crawlers.middlewares.walls.FirewallMiddleware": 540,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "crawlers.middlewares.redirects.ToldRedirectMiddleware": 600,
        "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
        "crawlers.middlewares.redirects.ToldMetaRefreshMiddleware": 580,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "crawlers.middlewares.compression.WholeBodiesMiddleware": 590,
        "crawlers.middlewares.snapshots.SnapshotMiddleware": 50,
        "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    },
    # the address that is connected to is looked at once more
    "DNS_RESOLVER": "crawlers.middlewares.private.PublicResolver",
    "DOWNLOAD_HANDLERS": {
        "http": "crawlers.middlewares.web.WebHandler",
        "https": "crawlers.middlewares.web.WebHandler",
        **dict.fromkeys(("data", "file", "ftp", "s3")),
    },
    "EXTENSIONS": {"crawlers.middlewares.missed.MissedPages": 500},
    "ITEM_PIPELINES": {"crawlers.storing.StorePipeline": 500},
    # bounds against hostile or broken hosts
    "DOWNLOAD_MAXSIZE": 20 * 1024 * 1024,
    "DOWNLOAD_WARNSIZE": 0,
    "DOWNLOAD_TIMEOUT": 60,
    "DOWNLOAD_FAIL_ON_DATALOSS": True,
    "DOWNLOAD_VERIFY_CERTIFICATES": True,
    "REDIRECT_MAX_TIMES": 5,
    "DEPTH_LIMIT": 12,
    "CLOSESPIDER_TIMEOUT": 24 * 3600,
    "URLLENGTH_LIMIT": 2000,
    # nothing listens, nothing is cached behind our back
    "TELNETCONSOLE_ENABLED": False,
    "REMOTE_CONTROL_ENABLED": False,
    "HTTPCACHE_ENABLED": False,
    "COOKIES_ENABLED": False,
    # every answer reaches the parser's door, which turns errors into rejections
    "HTTPERROR_ALLOW_ALL": True,
    # a page is one item: few at a time keep memory flat and save a task each
    "CONCURRENT_ITEMS": 4,
    "LOG_ENABLED": True,
    "LOG_LEVEL": "WARNING",
    "LOGSTATS_INTERVAL": 0,
}


def user_agent(contact: str) -> str:
    """Who we are, and how to reach whoever runs this crawl."""
    return f"{AGENT}/0.1 (research crawler of public facts; contact: {contact or 'none, own machine only'})"


def settings_for(declaration: Declaration, *, contact: str = "") -> dict[str, Any]:
    """The settings of one source on the live web."""
    browser = {"crawlers.browsing.middleware.BrowserMiddleware": 950} if declaration.browser else {}
    return {
        **BASE,
        "DOWNLOADER_MIDDLEWARES": {**BASE["DOWNLOADER_MIDDLEWARES"], **browser},
        "USER_AGENT": user_agent(contact),
        "DOWNLOAD_DELAY": declaration.delay,
        "AUTOTHROTTLE_START_DELAY": declaration.delay,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": declaration.concurrency,
    }


def settings_for_own_machine(declaration: Declaration, *, polite: bool = False) -> dict[str, Any]:
    """The settings for a stand-in or an archive on this machine, where nobody needs to be spared; polite: at the
    rates of the live web all the same."""
    if polite:
        return {**settings_for(declaration), OWN_MACHINE: True}
    return {
        **settings_for(declaration),
        OWN_MACHINE: True,
        "AUTOTHROTTLE_ENABLED": False,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    }
