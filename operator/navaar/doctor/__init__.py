"""Looking an installation over: what works, what doesn't, and what to do about it.

Read only, and with the rights of the person who looks. What that person may not see is said to be unseen, not broken.
"""
