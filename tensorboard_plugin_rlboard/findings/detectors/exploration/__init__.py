"""Does the policy still try different things, and do they teach it anything?"""
