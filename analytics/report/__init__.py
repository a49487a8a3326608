"""The report as a static site: Chinese and English pages, CSV of every table, pictures of every figure.

from analytics.report.site import write_report
write_report(engine, basis, Path("out"))
"""
