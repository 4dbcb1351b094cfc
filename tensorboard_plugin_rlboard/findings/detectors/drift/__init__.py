"""Has the policy gone too far from its reference, or was it never compared with the right one?"""
