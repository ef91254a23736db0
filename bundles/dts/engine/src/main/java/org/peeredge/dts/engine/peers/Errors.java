// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What went wrong, without the wrappers that futures add. */
final class Errors {
    private Errors() {}

    static Throwable unwrap(Throwable error) {
        Throwable now = error;
        Throwable cause = now.getCause();
        while ((now instanceof CompletionException || now instanceof ExecutionException)
                && cause != null) {
            now = cause;
            cause = now.getCause();
        }
        return now;
    }

    /** A sentence for people; never null. */
    static String text(Throwable error) {
        Throwable cause = unwrap(error);
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
