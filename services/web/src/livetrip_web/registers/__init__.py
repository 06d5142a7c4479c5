"""Who is signed in now: asked at each request, so that what is ended is over everywhere."""
