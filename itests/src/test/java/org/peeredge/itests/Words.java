// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import java.util.ArrayList;
import java.util.List;

/** Command lines. */
final class Words {
    private Words() {}

    /** A list that can grow: a launcher's words, then these. */
    static List<String> of(List<String> launcher, String... words) {
        List<String> all = new ArrayList<>(launcher);
        all.addAll(List.of(words));
        return all;
    }
}
