// Keeps a layer's library buildable while it has no source of its own.
