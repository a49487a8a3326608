"""A small web of our own writing: real organisations and publicly known facts, in each source's own format.

It stands in for the live web in demonstrations and tests. `SampleWeb` serves it on this machine, `truth` says what
a store that has read all of it must hold.
"""
