"""Every formula of the project, vectorised and pure: of tokens, of samples, and the sums that steps are made of."""
