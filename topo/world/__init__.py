"""The world as data: sites, links, addresses and delays; nothing runs here.

`records` are its nouns and `plan` says what stands where. How its file is read is in
`file`, of which nothing here knows.
"""
