/* Probe: the compiler makes programs that run. Prints its name and version. */
#include <stdio.h>

int main(void)
{
#if defined(__clang__)
    printf("clang %d.%d.%d\n", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
    printf("gcc %d.%d.%d\n", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
#error "the workshop needs gcc or clang"
#endif
    return 0;
}
