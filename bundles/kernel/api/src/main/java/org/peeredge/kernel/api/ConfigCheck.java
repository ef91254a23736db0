// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

/**
 * Refuses a bad configuration value with a message that names PID and key. Used in a component's
 * {@code activate}; a value is never quietly replaced.
 */
public final class ConfigCheck {
    private final String pid;

    /** Checks for the configuration {@code pid}. */
    public ConfigCheck(String pid) {
        this.pid = pid;
    }

    /** {@code value}, when it lies in [{@code min}, {@code max}]. */
    public long range(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw bad(key, value, "must lie between " + min + " and " + max);
        }
        return value;
    }

    /** {@code value}, when it lies in [{@code min}, {@code max}]. */
    public int range(String key, int value, int min, int max) {
        return (int) range(key, (long) value, min, max);
    }

    /** {@code value}, when it has a visible character. */
    public String notBlank(String key, String value) {
        if (value.isBlank()) {
            throw bad(key, value, "must not be empty");
        }
        return value;
    }

    /** The exception for a value that {@code rule} refuses. */
    public IllegalArgumentException bad(String key, Object value, String rule) {
        return new IllegalArgumentException(
                "configuration "
                        + pid
                        + ": "
                        + key
                        + " = '"
                        + value
                        + "': "
                        + rule
                        + " (file etc/"
                        + pid
                        + ".cfg)");
    }
}
