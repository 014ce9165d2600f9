"""What travels over API v3: one struct per schema of the contract, for requests and answers, by noun.

Fields that may be missing stand last and are left out of answers when empty (T-4).
"""
