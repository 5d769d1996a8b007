import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A host in Java through JNI. Usage: java -Djava.library.path=DIR Bylaw POLICY STORE */
public final class Bylaw {
  /** What the library says went wrong: its message is the JSON object of the error. */
  public static final class BylawException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BylawException(String json) {
      super(json);
    }
  }

  static {
    System.loadLibrary("bylaw_jni");
  }

  // Handles are addresses; each is freed once. The functions throw BylawException.
  static native long policyLoad(String path);
  static native long policyCompile(String name, String text);
  static native void policyFree(long policy);
  static native String policyDecide(long policy, String facts, long nowMs);
  /**
   * The holds of orders as columns. forms: as bylaw_form; values: direct buffers in native order. Answers how many rules hold each order.
   */
  static native int[] decideColumns(long policy, int rows, String[] paths, int[] forms, ByteBuffer[] values, long nowMs);
  static native long engineOpen(String store, long policy);
  static native String engineSubmit(long engine, String command);
  static native void engineClose(long engine);

  /** The text of a member, for programs that have no JSON library at hand. */
  static String member(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return found.find() ? found.group(1) : "";
  }

  static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  public static void main(String[] arguments) {
    final long nowMs = 1793527200000L; // 2026-11-01 10:00 UTC
    final long policy = policyLoad(arguments[0]);
    String decision = policyDecide(policy, "{\"order\":{\"total\":\"1500.00 USD\"},\"customer\":{\"trusted\":false}}", nowMs);
    System.out.println("decided: " + member(decision, "rule"));

    ByteBuffer cents = direct(24);
    cents.asLongBuffer().put(new long[] {99900, 150000, 150000});
    ByteBuffer trusted = direct(3);
    trusted.put(new byte[] {0, 0, 1});
    int[] held = decideColumns(policy, 3, new String[] {"order.total", "order.customer.trusted"}, new int[] {7, 1}, new ByteBuffer[] {cents, trusted}, nowMs);
    StringBuilder line = new StringBuilder("columns:");
    for (int count : held) line.append(count > 0 ? " held" : " free");
    System.out.println(line);

    String[] commands = {
      "{\"command_id\":\"1\",\"command\":\"define_item\",\"at\":\"2026-11-01T10:00:00Z\",\"sku\":\"TEA\"}",
      "{\"command_id\":\"2\",\"command\":\"import_order\",\"at\":\"2026-11-01T10:00:00Z\",\"id\":\"A-1\",\"source\":\"shop\",\"channel\":\"web\",\"currency\":\"USD\","
          + "\"placed\":\"2026-11-01T10:00:00Z\",\"customer\":{\"id\":\"C-1\",\"trusted\":false},\"lines\":[{\"item\":\"TEA\",\"quantity\":3,\"unit_price\":\"500.00\"}]}",
      "{\"command_id\":\"3\",\"command\":\"release_hold\",\"at\":\"2026-11-01T11:00:00Z\",\"order\":\"A-1\",\"rule\":\"large_order\","
          + "\"by\":{\"user\":\"ann\",\"role\":\"order_desk\"}}"
    };
    final long engine = engineOpen(arguments[1], policy);
    for (int i = 0; i < commands.length; ++i) {
      String outcome = engineSubmit(engine, commands[i]);
      if (i > 0) System.out.println("order A-1: " + member(outcome, "state"));
    }
    engineClose(engine);
    policyFree(policy);

    try {
      policyCompile("p.bylaw", "policy p { currency XXX; time zone \"UTC\"; }");
    } catch (BylawException wrong) {
      String json = wrong.getMessage();
      System.out.println("bad policy: " + member(json.substring(json.indexOf("diagnostics")), "code"));
    }
  }
}
