"""Pictures of polykarma's HDF5 files. Reads and draws; nothing is modelled here.

results       what a file holds, read on demand
style         fonts, colours, hatches and markers that every picture shares
environment   what must be settled before h5py and matplotlib are imported
cli           arguments, the choice of pictures, writing them
the others    one picture each; their `build` functions return a matplotlib Figure
"""
