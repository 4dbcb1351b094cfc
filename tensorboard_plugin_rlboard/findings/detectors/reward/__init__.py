"""Does the reward measure what is wanted?"""
