"""Tables of a document that are written by a program, between marks."""

END = "<!-- end -->\n"


def write_table(document, name, table):
    begin = f"<!-- measured: {name} -->\n"
    head, rest = document.read_text().split(begin)
    document.write_text(head + begin + table + END + rest.split(END, 1)[1])
