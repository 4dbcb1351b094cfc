"""γ, λ, β, temperature and the rest: read from the files that trainers write, under names that are alike."""
