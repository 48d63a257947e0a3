"""A stand-in for cuML, which needs a GPU: the same names, done by scikit-learn.

It proves that our calls and what we do with their results fit together. It says nothing about
cuML itself, neither its speed nor its numbers.
"""
