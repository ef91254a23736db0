// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What a failed stage failed with. */
final class Failures {
    private Failures() {}

    /** The error itself, without the wrappers that stages put around it. */
    static Throwable cause(Throwable error) {
        Throwable cause = error;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** One line for people. */
    static String text(Throwable error) {
        Throwable cause = cause(error);
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
