"""Does the critic know what comes?"""
