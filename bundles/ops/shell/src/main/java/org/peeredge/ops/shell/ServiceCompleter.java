// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.Collection;
import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.osgi.framework.BundleContext;

/** Offers words that a service knows; offers none while it is not there. */
abstract class ServiceCompleter implements Completer {
    /** Set by Karaf. */
    @Reference
    @SuppressWarnings("NullAway.Init")
    BundleContext context;

    /** The words now. */
    abstract Collection<String> words(Services services) throws Exception;

    @Override
    public final int complete(Session session, CommandLine line, List<String> candidates) {
        try {
            return new StringsCompleter(words(new Services(context)))
                    .complete(session, line, candidates);
        } catch (Exception e) {
            // A completer that throws would break the operator's line; the command itself explains.
            return -1;
        }
    }
}
