// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.rsnative;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Dictionary;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.peeredge.dts.api.codec.CodecProvider;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.TestKernel;

/** The component against a framework that only knows what is registered. */
@Timeout(60)
class RsNativeComponentTest {
    private record Registered(CodecProvider codec, Dictionary<?, ?> properties) {}

    private final LinkedBlockingQueue<Registered> registered = new LinkedBlockingQueue<>();
    private final CountDownLatch unregistered = new CountDownLatch(1);

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private BundleContext context() {
        Bundle bundle = proxy(Bundle.class, (self, method, args) -> "org.peeredge.test");
        ServiceRegistration<?> registration =
                proxy(
                        ServiceRegistration.class,
                        (self, method, args) -> {
                            unregistered.countDown();
                            return null;
                        });
        return proxy(
                BundleContext.class,
                (self, method, args) -> {
                    if (method.getName().equals("getBundle")) {
                        return bundle;
                    }
                    registered.add(
                            new Registered((CodecProvider) args[1], (Dictionary<?, ?>) args[2]));
                    return registration;
                });
    }

    @Test
    void offersTheCodecBeforeThatInJavaAndLeavesNothing() throws Exception {
        Natives.assumeBuilt();
        long mapped = LifeTest.mapped();
        Residue residue = Residue.now();
        try (TestKernel kernel = new TestKernel()) {
            RsNativeComponent component =
                    new RsNativeComponent(context(), kernel.threads(), kernel.clock());
            Registered one =
                    assertInstanceOf(Registered.class, registered.poll(40, TimeUnit.SECONDS));
            assertEquals("rs", one.codec().type());
            assertEquals("rs", one.properties().get("peeredge.type"));
            assertEquals(100, one.properties().get(Constants.SERVICE_RANKING));
            component.deactivate();
            component.deactivate();
            assertEquals(0, unregistered.getCount());
            assertEquals(mapped, LifeTest.mapped());
        }
        residue.assertBack();
    }

    @Test
    void stopsWhileItWarmsUp() throws Exception {
        Natives.assumeBuilt();
        long mapped = LifeTest.mapped();
        Residue residue = Residue.now();
        for (int i = 0; i < 20; i++) {
            try (TestKernel kernel = new TestKernel()) {
                RsNativeComponent component =
                        new RsNativeComponent(context(), kernel.threads(), kernel.clock());
                assertNull(registered.poll(i * 10L, TimeUnit.MILLISECONDS));
                component.deactivate();
            }
            residue.assertBack();
            assertEquals(mapped, LifeTest.mapped(), "stopped after " + i * 10 + " ms");
        }
    }
}
