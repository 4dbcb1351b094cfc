"""Do the sampler and the trainer agree, and on which weights?"""
