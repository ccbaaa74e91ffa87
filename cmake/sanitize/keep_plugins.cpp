// Linked into programs of sanitizer builds only. Plugins that stay mapped can be named in leak reports, and so be
// matched by the suppressions of lsan.supp.
extern "C" int dlclose(void*) {
    return 0;
}
