// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.Locale;

/** What is measured in a JVM of its own. */
sealed interface Trial {
    /** What is coded. */
    Code code();

    /** How the JVM is started. */
    Flags flags();

    /** For people. */
    default String label() {
        Code c = code();
        String codec = c.codec().isEmpty() ? "" : " " + c.codec();
        String m = c.m() == 0 ? "" : "+" + c.m();
        String groups = c.groups() == 1 ? "" : ", " + c.groups() + " blocks";
        return what()
                + codec
                + " "
                + c.k()
                + m
                + " x "
                + c.symbolBytes()
                + groups
                + flags().label();
    }

    /** For people. */
    String what();

    /** A steady stream of blocks. */
    record Blocks(Task task, Code code, Flags flags) implements Trial {
        /** As in a node. */
        static Blocks of(Task task, Code code) {
            return new Blocks(task, code, Flags.NODE);
        }

        Blocks with(Flags others) {
            return new Blocks(task, code, others);
        }

        @Override
        public String what() {
            return task.name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The first block after a swap.
     *
     * @param classes whether the classes are new, too
     */
    record Swap(boolean classes, Code code) implements Trial {
        @Override
        public Flags flags() {
            return Flags.NODE;
        }

        @Override
        public String what() {
            return classes ? "swap of classes" : "swap";
        }
    }
}
