/* progress: one line on a terminal that says how far something is. */
#ifndef LIB_PROGRESS_H
#define LIB_PROGRESS_H

/* Shows the line on stderr, in place of the one shown before. Nothing is shown when
 * stderr is no terminal. */
void progress_show(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Takes the line away: to be called before anything else is printed, and at the end. */
void progress_clear(void);

#endif
