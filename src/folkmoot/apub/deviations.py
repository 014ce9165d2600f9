"""Rules of the federation protocol that are kept differently here, or not at all, and why. FEDERATION.md shows this table."""

DEVIATIONS: dict[str, str] = {
    "ABU-25": "Nothing is orphaned by itself where a domain changed hands: an administrator dismisses its moderators or blocks it.",
    "ACT-9": "Private keys lie in the database as they are: who reads it reads a key beside it too, and a lost one silences all accounts.",
    "CMN-2": "A Delete in an unlisted community names PUBLIC in `to`, where alone Lemmy 0.19 looks for it.",
    "COL-6": "There are no feeds here; see FED-1.",
    "DLV-15": "Votes are not sent in batches, to nobody.",
    "FED-1": "There are no feeds (multi-communities) here: their documents are refused as `unsupported_type`.",
    "FED-2": "See FED-1: a follow of a feed cannot be asked for.",
    "FED-3": "See FED-1: an actor whose key belongs to another is refused.",
    "FED-4": "See FED-1: their changes have no effect.",
    "FED-5": "See FED-1: none is served.",
    "GFG-1": "Our communities follow nobody; those of others may follow ours (FLW-2).",
    "MOV-2": "Communities and posts do not move between servers.",
    "NI-2": "NodeInfo 2.0 says `lemmy`, because apps insist on it, and names us in its metadata (decision 0012); 2.1 says `folkmoot`, "
    "unless the site is set to be taken for a Lemmy by everyone.",
    "PAR-3": "A Tombstone names no ancestor: its place is kept where a thread is completed, or where an answer names it (`context`).",
    "PERM-10": "Votes on what is deleted or removed are counted, as in API v3; communities have no policy for votes.",
    "POL-3": "There are no polls here: those of others are posts that list options and counts; votes in them have no effect.",
    "POL-4": "See POL-3: none is sent.",
    "SIG-21": "`Accept-Signature` is not looked at: the second knock tries the other scheme anyway.",
    "SIG-22": "Without a signature a community also shows title, followers, language and whether it is sensitive: Lemmy, which signs no "
    "fetch, reads it only then.",
    "SIG-25": "`Collection-Synchronization` is not looked at.",
    "SND-8": "What is for people of this server alone is refused as if it had never existed, see URL-6.",
    "URL-6": "What never existed is refused with 400 and the name of the API's error, as Lemmy does, not with 404.",
    "URL-13": "Uploads lie on the same origin, with `nosniff` and a sandbox, and never with a type of ActivityPub.",
    "URL-16": "An own upload is recognised by this site's address in front of its path: those of every Lemmy server have the same path.",
    "WF-2": "`aliases` are left out, as Lemmy does; the links say the same.",
}
"""Rule → what we do instead. Everything else in the protocol is kept."""
