"""Trouble that ends in one line on stderr. Exit codes are those of the polykarma program."""

EXIT_INPUT = 2
EXIT_IO = 4


class InputError(Exception):
    """The file or the arguments cannot be used."""

    exit_code = EXIT_INPUT


class IoError(Exception):
    """A file could not be read or written."""

    exit_code = EXIT_IO
