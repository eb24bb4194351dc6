import { expect } from "chai";
import { notInstalled } from "../../src/adapter/not-installed.ts";

describe("notInstalled", () => {
  it("names the route's control point and the line that is missing", () => {
    const error = notInstalled("pay", "app.use(apertureMiddleware({ client }))");
    expect(error.code).to.equal("APERTURE_NOT_INSTALLED");
    expect(error.message).to.include('"pay"').and.to.include("app.use(apertureMiddleware({ client }))");
  });
});
