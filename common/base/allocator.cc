// How jemalloc works in our programs, which link this beside it. An arena for each processor, not
// for each group of threads: freed memory that waits in arenas for its next owner is most of what a
// busy process holds and does not use.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "percpu_arena:percpu";
}
