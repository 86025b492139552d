/* jokes: a few that are always there, for when the service of jokes is not. */
#ifndef LIB_JOKES_H
#define LIB_JOKES_H

/* Joke number `index`; after the last one comes the first again, so any number will do.
 * One line of ASCII without its end. Borrowed: valid as long as the program runs. */
const char *builtin_joke(unsigned index);

#endif
