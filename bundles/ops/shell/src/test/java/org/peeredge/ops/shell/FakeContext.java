// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.shell;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** A service registry of a few objects, with a count of what was not given back. */
final class FakeContext {
    private final Map<Class<?>, List<ServiceReference<?>>> references = new HashMap<>();
    private final Map<Object, Object> services = new HashMap<>();
    private int held;

    <T> FakeContext add(Class<T> type, T service, Map<String, Object> properties) {
        ServiceReference<?> reference =
                proxy(
                        ServiceReference.class,
                        (method, args) ->
                                switch (method) {
                                    case "getProperty" -> properties.get((String) args[0]);
                                    case "compareTo" -> 0;
                                    default -> null;
                                });
        references.computeIfAbsent(type, t -> new ArrayList<>()).add(reference);
        services.put(System.identityHashCode(reference), service);
        return this;
    }

    int held() {
        return held;
    }

    BundleContext context() {
        return proxy(
                BundleContext.class,
                (method, args) ->
                        switch (method) {
                            case "getServiceReference" -> {
                                var all = references.get(args[0]);
                                yield all == null ? null : all.getFirst();
                            }
                            case "getServiceReferences" ->
                                    references.getOrDefault(args[0], List.of());
                            case "getService" -> {
                                held++;
                                yield services.get(System.identityHashCode(args[0]));
                            }
                            case "ungetService" -> {
                                held--;
                                yield true;
                            }
                            default -> throw new UnsupportedOperationException(method);
                        });
    }

    interface Call {
        @Nullable Object on(String method, Object[] args) throws Exception;
    }

    static <T> T proxy(Class<T> type, Call call) {
        return type.cast(
                Proxy.newProxyInstance(
                        FakeContext.class.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, args) ->
                                switch (method.getName()) {
                                    case "hashCode" -> System.identityHashCode(proxy);
                                    case "equals" ->
                                            System.identityHashCode(proxy)
                                                    == System.identityHashCode(args[0]);
                                    default ->
                                            call.on(
                                                    method.getName(),
                                                    args == null ? new Object[0] : args);
                                }));
    }
}
