// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.peeredge.kernel.api.plugin.PluginSlots;

/**
 * The services of this node, looked up for one command and given back at its end. Not injected: a
 * command with an unsatisfied reference does not exist, and "command not found" tells an operator
 * nothing.
 */
final class Services {
    private final BundleContext context;

    Services(BundleContext context) {
        this.context = context;
    }

    /** What is done with a service. */
    interface Use<T, R> {
        R with(T service) throws Exception;
    }

    /**
     * Uses the best service of a type.
     *
     * @param missing what it means that there is none and what to do
     * @throws IllegalStateException with {@code missing} when there is none
     */
    <T, R> R call(Class<T> type, String missing, Use<T, R> use) throws Exception {
        ServiceReference<T> reference = context.getServiceReference(type);
        T service = reference == null ? null : context.getService(reference);
        if (service == null) {
            throw new IllegalStateException(missing);
        }
        try {
            return use.with(service);
        } finally {
            context.ungetService(reference);
        }
    }

    /** Uses a service if it is there. */
    <T, R> Optional<R> ifThere(Class<T> type, Use<T, R> use) throws Exception {
        ServiceReference<T> reference = context.getServiceReference(type);
        T service = reference == null ? null : context.getService(reference);
        if (service == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(use.with(service));
        } finally {
            context.ungetService(reference);
        }
    }

    /**
     * A plugin as its service says.
     *
     * @param bundle the bundle that brought it, with version
     */
    record Plugin<T>(String type, int ranking, String bundle, T service) {}

    /** What is done with a plugin. */
    interface Show<T> {
        void show(Plugin<T> plugin) throws Exception;
    }

    /** Shows every plugin of a family, by type, best first. */
    <T> void eachPlugin(Class<T> family, Show<T> show) throws Exception {
        List<ServiceReference<T>> references;
        try {
            references = new ArrayList<>(context.getServiceReferences(family, null));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given, yet it is wrong", e);
        }
        references.sort(
                Comparator.comparing((ServiceReference<T> r) -> type(r))
                        .thenComparing(Comparator.reverseOrder()));
        for (ServiceReference<T> reference : references) {
            T service = context.getService(reference);
            if (service != null) {
                try {
                    show.show(
                            new Plugin<>(
                                    type(reference),
                                    ranking(reference),
                                    bundle(reference),
                                    service));
                } finally {
                    context.ungetService(reference);
                }
            }
        }
    }

    private static String type(ServiceReference<?> reference) {
        return reference.getProperty(PluginSlots.TYPE) instanceof String type ? type : "?";
    }

    private static int ranking(ServiceReference<?> reference) {
        return reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking
                ? ranking
                : 0;
    }

    private static String bundle(ServiceReference<?> reference) {
        var bundle = reference.getBundle();
        return bundle == null
                ? "?"
                : String.join(
                        "/", Arrays.asList(bundle.getSymbolicName(), "" + bundle.getVersion()));
    }
}
