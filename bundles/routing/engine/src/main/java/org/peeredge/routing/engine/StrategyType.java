// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.regex.Pattern;

/** What a strategy's type may look like: it comes from operators, bundles and other nodes. */
final class StrategyType {
    static final String RULE = "must be 1 to 32 lower-case letters, digits or _";

    private static final Pattern FORM = Pattern.compile("[a-z0-9_]{1,32}");

    private StrategyType() {}

    static boolean valid(String type) {
        return FORM.matcher(type).matches();
    }
}
