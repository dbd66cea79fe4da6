// Compiled for its precompiled header alone (precompiled.cmake).
