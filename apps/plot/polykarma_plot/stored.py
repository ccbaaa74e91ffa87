"""Reading of groups: values are read when they are asked for, and what is missing or damaged is named."""

from .errors import InputError, IoError


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


class Stored:
    """A group of a file."""

    def __init__(self, group, path):
        self.group = group
        self.path = path

    def dataset(self, name):
        if name not in self.group:
            raise InputError(f"{self.path}: no dataset {self.group.name.rstrip('/')}/{name}: is the file complete?")
        return self.group[name]

    def array(self, name):
        try:
            return self.dataset(name)[()]
        except OSError as error:
            raise IoError(f"{self.path}: cannot read {self.group.name.rstrip('/')}/{name}: {error}") from error

    def names(self, name):
        return [text(value) for value in self.array(name)]

    def attribute(self, name, default=""):
        return self.group.attrs.get(name, default)

    title = property(lambda self: text(self.attribute("title")))
