#include "workloads/text_escape.h"

#include <string.h>

void hb_text_write_escaped(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c == '\\')
            fputs("\\\\", out);
        else if (c < ' ' || c == 0x7f)
            fprintf(out, "\\x%02x", c);
        else
            putc(c, out);
    }
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;

    return found != NULL ? (int)(found - digits) : -1;
}

bool hb_text_unescape(char *text)
{
    char *out = text;

    while (*text != '\0') {
        int high, low;

        if (*text != '\\') {
            *out++ = *text++;
        } else if (text[1] == '\\') {
            *out++ = '\\';
            text += 2;
        } else {
            high = text[1] == 'x' ? hex_digit(text[2]) : -1;
            low = high >= 0 ? hex_digit(text[3]) : -1;
            if (low < 0 || high + low == 0)
                return false;
            *out++ = (char)(high << 4 | low);
            text += 4;
        }
    }
    *out = '\0';
    return true;
}
