"""What stands between the spiders and the web: robots.txt, waiting, snapshots, archives in place of the web."""
